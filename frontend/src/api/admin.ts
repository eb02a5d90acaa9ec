/** The REST API of an administrator's own process. */
import type { Http } from './http'
import type { AdminSchemas, List } from './types'

export type Stats = AdminSchemas['StatsItem']
export type UserItem = AdminSchemas['UserItem']
export type ApplicationItem = AdminSchemas['ApplicationEntry']
export type ContainerItem = AdminSchemas['RealmContainer']
export type Grant = AdminSchemas['GrantItem']
export type ImageItem = AdminSchemas['ImageItem']

export interface Collections {
  users: UserItem
  applications: ApplicationItem
  containers: ContainerItem
  accounting: Grant
  images: ImageItem
}

export interface PageQuery {
  search?: string
  /** A key; with '-' before it, downwards. */
  sort?: string
  limit?: number
  offset?: number
  filter?: string
  /** Of users: only the one with this id. */
  id?: string
}

export interface Row<T> {
  id: string
  item: T
}

export interface PageOf<T> {
  rows: Row<T>[]
  total: number
}

export class AdminApi {
  constructor(private readonly http: Http) {}

  stats(): Promise<Stats> {
    return this.http.get<Stats>('stats/')
  }

  async page<N extends keyof Collections>(name: N, query: PageQuery = {}): Promise<PageOf<Collections[N]>> {
    const list = await this.http.get<List<Collections[N]>>(`${name}/`, { query: { ...query } })
    const rows = list.identifiers.flatMap((id) => {
      const item = list.items[id]
      return item ? [{ id, item }] : []
    })
    return { rows, total: list.total }
  }

  create(name: 'users' | 'applications' | 'accounting', item: object): Promise<string> {
    return this.http.create(`${name}/`, item)
  }

  remove(name: keyof Collections, id: string): Promise<void> {
    return this.http.delete(`${name}/${encodeURIComponent(id)}/`)
  }

  /** The name of the user with that id; null when there is none. One row, however many users. */
  async userName(id: string): Promise<string | null> {
    const { rows } = await this.page('users', { id })
    return rows[0]?.item.name ?? null
  }
}
