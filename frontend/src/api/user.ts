/** The REST API of a user's own process. */
import type { Http } from './http'
import type { Application, Configurables, ContainerItem, List } from './types'

export class UserApi {
  constructor(private readonly http: Http) {}

  /** Every application the user is granted, in the server's order (by name). */
  async applications(): Promise<Application[]> {
    const list = await this.http.get<List<Application>>('applications/')
    return list.identifiers.flatMap((id) => list.items[id] ?? [])
  }

  /** The url ids of all that runs, be it still granted or not. */
  async running(): Promise<string[]> {
    return (await this.http.get<List<ContainerItem>>('containers/')).identifiers
  }

  /** Start, and wait until the application answers; its url_id. */
  start(mappingId: string, configurables?: Configurables): Promise<string> {
    const body = configurables ? { mapping_id: mappingId, configurables } : { mapping_id: mappingId }
    return this.http.create('containers/', body)
  }

  stop(urlId: string): Promise<void> {
    return this.http.delete(`containers/${encodeURIComponent(urlId)}/`)
  }
}
