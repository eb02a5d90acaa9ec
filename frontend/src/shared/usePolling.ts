import { onScopeDispose, ref, type Ref } from 'vue'

export interface PollingOptions {
  /** Milliseconds between two looks, or a function that says. */
  interval: number | (() => number)
  /** Milliseconds before the first retry after a failure; doubled each time … */
  first?: number
  /** … up to this. */
  most?: number
}

export interface Polling {
  /** How many looks in a row have failed. */
  failures: Ref<number>
  /** When the next look is due (epoch ms), or null while one is under way or the page is hidden. */
  nextAt: Ref<number | null>
  /** Look now; when it is done, a look has been made that began after this was called. */
  now: () => Promise<void>
}

/**
 * Do `task` again and again: gently while it works, backing off while it fails, at
 * once when the page is shown again or the network is back, never while hidden.
 */
export function usePolling(task: () => Promise<void>, options: PollingOptions): Polling {
  const { first = 2000, most = 30000 } = options
  const failures = ref(0)
  const nextAt = ref<number | null>(null)
  let timer: ReturnType<typeof setTimeout> | undefined
  let running: Promise<void> | null = null
  // Asked for during a look, which may have been answered before what is to be seen now.
  let again = false
  let disposed = false

  function schedule(): void {
    clearTimeout(timer)
    nextAt.value = null
    if (disposed || document.hidden) return
    const usual = typeof options.interval === 'function' ? options.interval() : options.interval
    const wait = failures.value ? Math.min(most, first * 2 ** (failures.value - 1)) : usual
    nextAt.value = Date.now() + wait
    timer = setTimeout(now, wait)
  }

  async function look(): Promise<void> {
    try {
      do {
        again = false
        await task()
      } while (again && !disposed)
      failures.value = 0
    } catch {
      failures.value += 1
    } finally {
      running = null
      schedule()
    }
  }

  function now(): Promise<void> {
    clearTimeout(timer)
    nextAt.value = null
    again = running !== null
    running ??= look()
    return running
  }

  const onVisible = () => {
    if (document.hidden) schedule()
    else void now()
  }
  const onOnline = () => void now()
  document.addEventListener('visibilitychange', onVisible)
  window.addEventListener('online', onOnline)
  onScopeDispose(() => {
    disposed = true
    clearTimeout(timer)
    document.removeEventListener('visibilitychange', onVisible)
    window.removeEventListener('online', onOnline)
  })
  return { failures, nextAt, now }
}
