/** The form of a new grant, and what the server is told. */
import type { Grant } from '@/api/admin'

export interface GrantForm {
  imageName: string
  allowHome: boolean
  allowView: boolean
  allowStartupData: boolean
  volumeSource: string
  volumeTarget: string
  readOnly: boolean
  license: string
}

export function newGrantForm(): GrantForm {
  return {
    imageName: '',
    allowHome: true,
    allowView: false,
    allowStartupData: false,
    volumeSource: '',
    volumeTarget: '',
    readOnly: true,
    license: '',
  }
}

export type GrantErrors = Partial<Record<'imageName' | 'volumeSource' | 'volumeTarget', string>>

/** Field → what is wrong with it. The server has the last word. */
export function checkGrant(form: GrantForm): GrantErrors {
  const errors: GrantErrors = {}
  if (!form.imageName.trim()) errors.imageName = 'Choose an application.'
  const source = form.volumeSource.trim()
  const target = form.volumeTarget.trim()
  if (!source && !target) return errors
  for (const [key, path] of [['volumeSource', source], ['volumeTarget', target]] as const) {
    if (!path) errors[key] = 'Source and target are given both, or neither.'
    else if (!path.startsWith('/')) errors[key] = 'A full path, beginning with “/”.'
    else if (path.includes(':')) errors[key] = 'A path with “:” cannot be mounted.'
  }
  return errors
}

export function toGrant(form: GrantForm, userId: string): Grant {
  const source = form.volumeSource.trim()
  return {
    user_id: userId,
    image_name: form.imageName.trim(),
    app_license: form.license.trim() || null,
    allow_home: form.allowHome,
    allow_view: form.allowView,
    volume_source: source || null,
    volume_target: form.volumeTarget.trim() || null,
    volume_mode: source ? (form.readOnly ? 'ro' : 'rw') : null,
    allow_startup_data: form.allowStartupData,
  }
}
