import { inject, type InjectionKey } from 'vue'
import type { AdminApi } from '@/api/admin'
import type { PageConfig } from '@/shared/config'

export interface AdminContext {
  api: AdminApi
  config: PageConfig
  /** Short messages for assistive technology. */
  say: (text: string) => void
}

export const ADMIN: InjectionKey<AdminContext> = Symbol('admin')

/** What every section of the panel works with. */
export function useAdmin(): AdminContext {
  const context = inject(ADMIN)
  if (!context) throw new Error('This component belongs inside the panel.')
  return context
}
