/** What the template tells the page, in the data attributes of its root element. */

export interface PageConfig {
  /** `/user/NAME/` */
  baseUrl: string
  /** Whose server this is. */
  owner: string
  /** Who looks at it. */
  actor: string
  admin: boolean
  session: 'user' | 'admin'
  xsrfToken: string
  logoutUrl: string
  /** `/hub/` */
  hubPrefix: string
  /** Where an admin changes to the other kind of session. */
  switchUrl: string
  /** Seconds that a start may take. */
  networkTimeout: number
  /** False where the accounting cannot be written (CSV). */
  accountingWritable: boolean
  gaTrackingId: string
  version: string
}

export function readConfig(element: HTMLElement): PageConfig {
  const data = element.dataset
  const hubPrefix = data.hubPrefix || '/hub/'
  return {
    baseUrl: data.baseUrl || '/',
    owner: data.owner || '',
    actor: data.actor || data.owner || '',
    admin: data.admin === 'true',
    session: data.session === 'admin' ? 'admin' : 'user',
    xsrfToken: data.xsrfToken || '',
    logoutUrl: data.logoutUrl || `${hubPrefix}logout`,
    hubPrefix,
    switchUrl: data.switchUrl || `${hubPrefix}home`,
    networkTimeout: Number(data.networkTimeout) || 30,
    accountingWritable: data.accountingWritable !== 'false',
    gaTrackingId: data.gaTrackingId || '',
    version: data.version || '',
  }
}
