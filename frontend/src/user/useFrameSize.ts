import { computed, onScopeDispose, ref, type ComputedRef, type Ref } from 'vue'
import type { Size } from './options'

/** Of the bar on top and of the list as a rail; the style sheet has the same numbers. */
export const BAR = 52
export const RAIL = 64

/** The room that a frame will have once it runs, for the resolution "window size". */
export function useFrameSize(narrow: Ref<boolean>): ComputedRef<Size> {
  const width = ref(window.innerWidth)
  const height = ref(window.innerHeight)
  const onResize = () => {
    width.value = window.innerWidth
    height.value = window.innerHeight
  }
  window.addEventListener('resize', onResize)
  onScopeDispose(() => window.removeEventListener('resize', onResize))
  return computed(() => ({
    width: Math.max(0, width.value - (narrow.value ? 0 : RAIL)),
    height: Math.max(0, height.value - BAR),
  }))
}
