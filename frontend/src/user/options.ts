/** The choices before a start, and how they are told to the server. */
import type { Configurables, Image } from '@/api/types'

export const RESOLUTIONS = ['1920x1080', '1280x1024', '1280x800', '1024x768'] as const

/** What the form holds; plain text, as typed. */
export interface StartForm {
  resolution: 'window' | 'custom' | (typeof RESOLUTIONS)[number]
  width: string
  height: string
  startupFile: string
}

export interface Size {
  width: number
  height: number
}

/** The server's own bounds are wider; beyond these no picture can be used. */
export const SMALLEST = 200
export const LARGEST = 8192

export function newForm(): StartForm {
  return { resolution: 'window', width: '1440', height: '900', startupFile: '' }
}

export function offersResolution(image: Image): boolean {
  return image.configurables.includes('resolution')
}

export function offersStartupFile(image: Image): boolean {
  return image.configurables.includes('startupdata') && image.policy.allow_startup_data
}

function pixels(text: string): number | null {
  if (!/^\s*\d{1,5}\s*$/.test(text)) return null
  const n = Number(text)
  return n >= SMALLEST && n <= LARGEST ? n : null
}

export interface FormErrors {
  width?: string
  height?: string
  startupFile?: string
}

/** Field → what is wrong with it; empty when all is well. */
export function checkForm(form: StartForm, image: Image): FormErrors {
  const errors: FormErrors = {}
  const range = `A whole number from ${SMALLEST} to ${LARGEST}.`
  if (offersResolution(image) && form.resolution === 'custom') {
    if (pixels(form.width) === null) errors.width = range
    if (pixels(form.height) === null) errors.height = range
  }
  if (offersStartupFile(image)) {
    const path = form.startupFile.trim()
    if (path && !path.startsWith('/')) errors.startupFile = 'A full path, beginning with “/”.'
  }
  return errors
}

const clamp = (n: number) => Math.min(LARGEST, Math.max(SMALLEST, Math.floor(n)))

/** `1280x800` for the form and the space that the frame will have. */
export function resolutionText(form: StartForm, frame: Size): string {
  if (form.resolution === 'window') return `${clamp(frame.width)}x${clamp(frame.height)}`
  if (form.resolution === 'custom') return `${pixels(form.width)}x${pixels(form.height)}`
  return form.resolution
}

/** What `POST containers/` gets; undefined when the image takes no options. */
export function toConfigurables(form: StartForm, image: Image, frame: Size): Configurables | undefined {
  const result: Configurables = {}
  if (offersResolution(image)) result.resolution = { resolution: resolutionText(form, frame) }
  if (offersStartupFile(image)) {
    const path = form.startupFile.trim()
    if (path) result.startupdata = { startupdata: path }
  }
  return Object.keys(result).length ? result : undefined
}
