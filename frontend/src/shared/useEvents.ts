import { onScopeDispose } from 'vue'
import { listen, type Bookmark, type ServerEvent } from '@/api/events'
import { ApiError, type Http } from '@/api/http'

export interface EventsOptions {
  onEvent: (event: ServerEvent) => void
  /** Connected (true) or not any more (false). */
  onChange: (connected: boolean) => void
  /** What the server's clock says (epoch ms), at each connection. */
  onClock?: (clock: number) => void
  /** Milliseconds before connecting again after a regular end … */
  again?: number
  /** … and at most, when it fails repeatedly. */
  most?: number
  /** Milliseconds without a sign of life after which a connection counts as lost. */
  silence?: number
}

/**
 * Keep the event stream open while the page is shown, from when the returned function
 * is called. A hidden page gives its connection back: over HTTP/1.1 a browser has six
 * for all pages of a site. What it missed meanwhile the server tells it afterwards.
 */
export function useEvents(http: Http, options: EventsOptions): () => void {
  const { again = 3000, most = 30000, silence = 60000 } = options
  let abort: AbortController | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let watchdog: ReturnType<typeof setTimeout> | undefined
  let failures = 0
  let over = false
  let begun = false
  const bookmark: Bookmark = { last: '' }

  async function connect(): Promise<void> {
    if (!begun || over || abort || document.hidden) return
    const mine = (abort = new AbortController())
    let open = false
    // A laptop that slept, a network that was changed: nobody says that the other end is gone.
    const onSign = () => {
      clearTimeout(watchdog)
      watchdog = setTimeout(() => mine.abort(), silence)
    }
    try {
      await listen(http, {
        signal: mine.signal,
        bookmark,
        onOpen(clock) {
          open = true
          failures = 0
          onSign()
          if (Number.isFinite(clock)) options.onClock?.(clock)
          options.onChange(true)
        },
        onSign,
        onEvent: options.onEvent,
      })
    } catch (error) {
      failures += 1
      // A server without it, or one that does not let us in: looking now and then must do.
      if (error instanceof ApiError && !error.away && error.status < 500) over = true
    } finally {
      if (open) options.onChange(false)
      if (abort === mine) {
        clearTimeout(watchdog)
        abort = null
        if (!over) timer = setTimeout(connect, Math.min(most, again * 2 ** Math.max(0, failures - 1)))
      }
    }
  }

  function disconnect(): void {
    clearTimeout(timer)
    clearTimeout(watchdog)
    const current = abort
    abort = null
    current?.abort()
  }

  function connectNow(): void {
    clearTimeout(timer)
    void connect()
  }

  const onVisible = () => (document.hidden ? disconnect() : connectNow())
  document.addEventListener('visibilitychange', onVisible)
  window.addEventListener('online', connectNow)
  onScopeDispose(() => {
    over = true
    document.removeEventListener('visibilitychange', onVisible)
    window.removeEventListener('online', connectNow)
    disconnect()
  })
  return () => {
    begun = true
    void connect()
  }
}
