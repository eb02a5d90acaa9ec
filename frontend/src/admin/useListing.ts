import { watch } from 'vue'
import { useRoute, useRouter, type LocationQuery } from 'vue-router'
import type { PageOf, PageQuery } from '@/api/admin'
import { usePolling } from '@/shared/usePolling'
import { useTable, type Table, type View } from './useTable'

/** Milliseconds after which what others have changed is looked at, while the page is shown. */
const SELDOM = 300_000

/**
 * A table whose search, order and page stand in the section's address: the browser's back button
 * leads to the same rows, and the address can be sent to somebody. It is looked at again now and
 * then, and soon while Docker or the database is away, so that it recovers by itself.
 */
export function useListing<T>(
  fetchPage: (query: PageQuery) => Promise<PageOf<T>>,
  { usualSort = '', interval = SELDOM }: { usualSort?: string; interval?: number } = {},
): Table<T> {
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
  const polling = usePolling(
    async () => {
      await table.reload()
      if (table.trouble.value?.away) throw table.trouble.value
    },
    { interval },
  )
  void polling.now()
  return table
}
