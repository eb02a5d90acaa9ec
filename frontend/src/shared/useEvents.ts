import { onScopeDispose } from 'vue'
import { listen, type ServerEvent } from '@/api/events'
import { ApiError, type Http } from '@/api/http'

export interface EventsOptions {
  onEvent: (event: ServerEvent) => void
  /** Connected (true) or not any more (false). Events may have been missed in between. */
  onChange: (connected: boolean) => void
  /** Milliseconds before connecting again after a regular end … */
  again?: number
  /** … and at most, when it fails repeatedly. */
  most?: number
}

/**
 * Keep the event stream open while the page is shown, from when the returned function
 * is called. A hidden page gives its
 * connection back: over HTTP/1.1 a browser has six for all pages of a site.
 */
export function useEvents(http: Http, options: EventsOptions): () => void {
  const { again = 3000, most = 30000 } = options
  let abort: AbortController | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let failures = 0
  let over = false
  let begun = false

  async function connect(): Promise<void> {
    if (!begun || over || abort || document.hidden) return
    const mine = (abort = new AbortController())
    let open = false
    try {
      await listen(
        http,
        mine.signal,
        () => {
          open = true
          failures = 0
          options.onChange(true)
        },
        options.onEvent,
      )
    } catch (error) {
      failures += 1
      // A server without it, or one that does not let us in: looking now and then must do.
      if (error instanceof ApiError && !error.away && error.status < 500) over = true
    } finally {
      if (open) options.onChange(false)
      if (abort === mine) {
        abort = null
        if (!over) timer = setTimeout(connect, Math.min(most, again * 2 ** Math.max(0, failures - 1)))
      }
    }
  }

  function disconnect(): void {
    clearTimeout(timer)
    const current = abort
    abort = null
    current?.abort()
  }

  const onVisible = () => {
    if (document.hidden) disconnect()
    else {
      clearTimeout(timer)
      void connect()
    }
  }
  document.addEventListener('visibilitychange', onVisible)
  onScopeDispose(() => {
    over = true
    document.removeEventListener('visibilitychange', onVisible)
    disconnect()
  })
  return () => {
    begun = true
    void connect()
  }
}
