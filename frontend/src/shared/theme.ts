/**
 * Light or dark: what the user chose on JupyterHub's own pages (same origin, same
 * key), else what the system says. The style sheet knows the latter by itself, so
 * that nothing flashes before this runs.
 */
export const THEME_KEY = 'jupyterhub-bs-theme'

function stored(): string | null {
  try {
    const value = localStorage.getItem(THEME_KEY)
    return value === 'light' || value === 'dark' ? value : null
  } catch {
    return null // storage is forbidden here
  }
}

export function applyTheme(root: HTMLElement = document.documentElement): void {
  const dark = window.matchMedia('(prefers-color-scheme: dark)')
  const apply = () => root.setAttribute('data-bs-theme', stored() ?? (dark.matches ? 'dark' : 'light'))
  apply()
  dark.addEventListener('change', apply)
  window.addEventListener('storage', apply)
}
