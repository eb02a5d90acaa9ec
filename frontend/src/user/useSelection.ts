import { onScopeDispose, ref, type Ref } from 'vue'

/** The chosen entry's id, kept in the address (`#/ID`): reload and the back button work. */
export function useSelection(): { selected: Ref<string | null>; select: (id: string | null) => void } {
  const read = () => /^#\/([0-9A-Za-z_-]+)$/.exec(location.hash)?.[1] ?? null
  const selected = ref(read())
  const onChange = () => (selected.value = read())
  window.addEventListener('hashchange', onChange)
  onScopeDispose(() => window.removeEventListener('hashchange', onChange))
  return {
    selected,
    select(id) {
      selected.value = id
      // Chosen by the page, not by a click: nothing to go back to.
      history.replaceState(history.state, '', id === null ? '#/' : `#/${id}`)
    },
  }
}
