import { ref, type Ref } from 'vue'

export interface Announcer {
  message: Ref<string>
  say: (text: string) => void
}

/** Short messages for assistive technology; one live region on the page speaks them. */
export function useAnnouncer(): Announcer {
  const message = ref('')
  let again = false
  return {
    message,
    say(text) {
      // The same words twice must still be a change to the region.
      again = !again
      message.value = again ? text : `${text}\u00a0`
    },
  }
}
