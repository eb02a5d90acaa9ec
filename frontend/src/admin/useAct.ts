import { ref, type Ref } from 'vue'
import { ApiError } from '@/api/http'

export interface Act {
  busy: Ref<boolean>
  /** Why it was refused, to be shown where the act was. */
  refusal: Ref<ApiError | null>
  /** Do it; whether it worked. */
  run: (task: () => Promise<unknown>) => Promise<boolean>
}

/** One act of the administrator on the server: under way, refused, done. */
export function useAct(): Act {
  const busy = ref(false)
  const refusal = ref<ApiError | null>(null)
  return {
    busy,
    refusal,
    async run(task) {
      if (busy.value) return false
      busy.value = true
      refusal.value = null
      try {
        await task()
        return true
      } catch (error) {
        refusal.value = error instanceof ApiError ? error : new ApiError('Something unexpected happened in this page.', 0)
        return false
      } finally {
        busy.value = false
      }
    },
  }
}
