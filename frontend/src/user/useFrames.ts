import { reactive, watch } from 'vue'
import type { Entry } from './entry'

export interface Frame {
  urlId: string
  entry: Entry
  /** Whether the application's screen follows the window; null: it cannot. */
  follows: boolean | null
}

/**
 * The frames that are alive: one for each running application that was looked at, in
 * the order of their opening. That order never changes, because a frame that moves in
 * the document loads again.
 */
export function useFrames(entries: Entry[], current: () => Entry | undefined): Frame[] {
  const frames = reactive<Frame[]>([])

  watch(
    () => entries.map((entry) => entry.urlId),
    (alive) => {
      for (let i = frames.length - 1; i >= 0; i--) {
        if (!alive.includes(frames[i]!.urlId)) frames.splice(i, 1)
      }
    },
  )
  watch(
    () => current()?.urlId ?? null,
    (urlId) => {
      const entry = current()
      if (!entry || urlId === null || frames.some((frame) => frame.urlId === urlId)) return
      frames.push({ urlId, entry, follows: null })
    },
    { immediate: true },
  )
  return frames
}
