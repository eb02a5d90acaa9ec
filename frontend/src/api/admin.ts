/** The REST API of an administrator's own process. */
import type { Http } from './http'
import type { List } from './types'

export interface Stats {
  realm: string
  num_total_users: number
  num_active_users: number
  num_applications: number
  num_running_containers: number
  /** False for a read-only accounting (CSV). */
  accounting_writable?: boolean
}

export interface UserItem {
  name: string
}

export interface ApplicationItem {
  image_name: string
  /** Whether Docker has the image; null while Docker is away. */
  image_available?: boolean | null
}

export interface ContainerItem {
  docker_id: string
  name: string
  image_name: string
  image_id: string
  mapping_id: string
  user: string
  realm: string
  /** Seconds since the epoch. */
  started?: number
}

export interface Grant {
  user_id: string
  image_name: string
  app_license: string | null
  allow_home: boolean
  allow_view: boolean
  volume_source: string | null
  volume_target: string | null
  volume_mode: string | null
  allow_startup_data: boolean
}

export interface Collections {
  users: UserItem
  applications: ApplicationItem
  containers: ContainerItem
  accounting: Grant
  images: { name: string; ui_name: string }
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
