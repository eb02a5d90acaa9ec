import { computed, onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import type { PageOf, PageQuery, Row } from '@/api/admin'
import { ApiError } from '@/api/http'

export const PAGE_SIZE = 25
const TYPING_PAUSE = 250

/** Which part of the list is looked at. */
export interface View {
  search: string
  /** Key, or `-key` for downwards; empty for the server's own order. */
  sort: string
  offset: number
}

export interface Table<T> {
  rows: ShallowRef<Row<T>[]>
  total: Ref<number>
  search: Ref<string>
  sort: Ref<string>
  offset: Ref<number>
  loading: Ref<boolean>
  /** False until the first page has come. */
  loaded: Ref<boolean>
  /** The search that the rows answer; while one types it is not yet the one in the field. */
  answered: Ref<string>
  trouble: Ref<ApiError | null>
  /** `26–50 of 120`, or nothing. */
  range: Ref<string>
  sortBy: (key: string) => void
  turn: (pages: number) => void
  /** Look at another part. */
  show: (view: View) => void
  reload: () => Promise<void>
}

export interface TableOptions {
  first?: Partial<View>
  /** Told when the user has gone to another part. */
  onView?: (view: View) => void
}

/** One page of a list that the server searches, sorts and cuts. */
export function useTable<T>(
  fetchPage: (query: PageQuery) => Promise<PageOf<T>>,
  { first = {}, onView }: TableOptions = {},
): Table<T> {
  const rows = shallowRef<Row<T>[]>([])
  const total = ref(0)
  const search = ref(first.search ?? '')
  const sort = ref(first.sort ?? '')
  const offset = ref(first.offset ?? 0)
  const loading = ref(false)
  const loaded = ref(false)
  const answered = ref('')
  const trouble = ref<ApiError | null>(null)
  let asked = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  onScopeDispose(() => clearTimeout(timer))

  async function reload(): Promise<void> {
    const mine = ++asked
    loading.value = true
    try {
      const query = { search: search.value.trim(), sort: sort.value, limit: PAGE_SIZE, offset: offset.value }
      const page = await fetchPage(query)
      if (mine !== asked) return // a newer question is under way
      if (!page.rows.length && page.total && offset.value) {
        // The last row of the last page has gone.
        offset.value = Math.floor((page.total - 1) / PAGE_SIZE) * PAGE_SIZE
        return await reload()
      }
      rows.value = page.rows
      total.value = page.total
      answered.value = query.search
      trouble.value = null
      loaded.value = true
    } catch (error) {
      if (mine === asked) trouble.value = error instanceof ApiError ? error : new ApiError(String(error), 0)
    } finally {
      if (mine === asked) loading.value = false
    }
  }

  function go(): void {
    clearTimeout(timer)
    onView?.({ search: search.value.trim(), sort: sort.value, offset: offset.value })
    void reload()
  }

  watch(
    search,
    () => {
      clearTimeout(timer)
      timer = setTimeout(() => {
        offset.value = 0
        go()
      }, TYPING_PAUSE)
    },
    // At once, so that `show` can call back the question that its own change would bring.
    { flush: 'sync' },
  )

  return {
    rows,
    total,
    search,
    sort,
    offset,
    loading,
    loaded,
    answered,
    trouble,
    range: computed(() => {
      if (!rows.value.length) return ''
      const last = offset.value + rows.value.length
      return `${(offset.value + 1).toLocaleString('en')}–${last.toLocaleString('en')} of ${total.value.toLocaleString('en')}`
    }),
    sortBy(key) {
      sort.value = sort.value === key ? `-${key}` : key
      offset.value = 0
      go()
    },
    turn(pages) {
      offset.value = Math.max(0, offset.value + pages * PAGE_SIZE)
      go()
    },
    show(view) {
      search.value = view.search
      sort.value = view.sort
      offset.value = view.offset
      clearTimeout(timer)
      void reload()
    },
    reload,
  }
}
