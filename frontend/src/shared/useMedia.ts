import { onScopeDispose, ref, type Ref } from 'vue'

/** Whether a media query holds, as it changes. */
export function useMedia(query: string): Ref<boolean> {
  const list = window.matchMedia(query)
  const matches = ref(list.matches)
  const onChange = () => (matches.value = list.matches)
  list.addEventListener('change', onChange)
  onScopeDispose(() => list.removeEventListener('change', onChange))
  return matches
}

/** A phone, or a window as narrow as one. The style sheet has the same border. */
export const NARROW = '(max-width: 767.98px)'
