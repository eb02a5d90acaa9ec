import { watch } from 'vue'
import { useRoute, useRouter, type LocationQuery } from 'vue-router'
import type { PageOf, PageQuery } from '@/api/admin'
import { useTable, type Table, type View } from './useTable'

/**
 * A table whose search, order and page stand in the section's address: the browser's back button
 * leads to the same rows, and the address can be sent to somebody.
 */
export function useListing<T>(fetchPage: (query: PageQuery) => Promise<PageOf<T>>, usualSort = ''): Table<T> {
  const route = useRoute()
  const router = useRouter()
  const path = route.path

  const viewOf = (query: LocationQuery): View => {
    const offset = Number(query.offset)
    return {
      search: typeof query.search === 'string' ? query.search : '',
      sort: typeof query.sort === 'string' ? query.sort : usualSort,
      offset: Number.isSafeInteger(offset) && offset > 0 ? offset : 0,
    }
  }
  const queryOf = (view: View) => ({
    ...(view.search && { search: view.search }),
    ...(view.sort !== usualSort && { sort: view.sort }),
    ...(view.offset && { offset: String(view.offset) }),
  })

  let shown = viewOf(route.query)
  const table = useTable(fetchPage, {
    first: shown,
    onView(view) {
      shown = view
      void router.replace({ path, query: queryOf(view) })
    },
  })
  // The link to this same section begins anew, although the section stays on the page.
  watch(
    () => route.query,
    (query) => {
      const wanted = viewOf(query)
      if (route.path !== path || JSON.stringify(wanted) === JSON.stringify(shown)) return
      shown = wanted
      table.show(wanted)
    },
  )
  void table.reload()
  return table
}
