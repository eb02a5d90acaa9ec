import type { PageConfig } from '@/shared/config'

type Tagged = Window & { dataLayer?: unknown[] }

/** Google Analytics, only where the site has configured an id: one event when an application starts. */
export function trackStart(config: Pick<PageConfig, 'gaTrackingId'>, imageName: string): void {
  if (!config.gaTrackingId) return
  const tagged = window as Tagged
  if (!tagged.dataLayer) {
    tagged.dataLayer = []
    const script = document.createElement('script')
    script.async = true
    script.src = `https://www.googletagmanager.com/gtag/js?id=${encodeURIComponent(config.gaTrackingId)}`
    document.head.append(script)
    push('js', new Date())
    push('config', config.gaTrackingId, { send_page_view: false })
  }
  push('event', 'start', { event_category: 'Application', event_label: imageName })

  // gtag.js wants an arguments object, not an array.
  // eslint-disable-next-line @typescript-eslint/no-unused-vars
  function push(..._: unknown[]): void {
    // eslint-disable-next-line prefer-rest-params
    tagged.dataLayer!.push(arguments)
  }
}
