import { onScopeDispose, ref, type Ref } from 'vue'

/** The time (epoch ms), renewed every `every` milliseconds while the scope lives. */
export function useNow(every = 1000): Ref<number> {
  const now = ref(Date.now())
  const timer = setInterval(() => (now.value = Date.now()), every)
  onScopeDispose(() => clearInterval(timer))
  return now
}
