/** What the REST API says, key by key. */

export interface Policy {
  app_license: string | null
  allow_home: boolean
  /** Absent on servers that do not know sharing. */
  allow_view?: boolean
  volume_source: string | null
  volume_target: string | null
  volume_mode: string | null
  allow_startup_data: boolean
}

export interface Image {
  name: string
  ui_name: string
  /** Base64 of a PNG; empty when the image has none. */
  icon_128: string
  description: string
  /** 'vncapp', 'webapp' or '' (images of old). */
  type: string
  configurables: string[]
  policy: Policy
}

export interface RunningContainer {
  name: string
  image_name: string
  url_id: string
}

export interface Application {
  mapping_id: string
  image: Image
  /** Absent when nothing runs. */
  container?: RunningContainer
}

export interface List<T> {
  identifiers: string[]
  items: Record<string, T>
  offset: number
  total: number
}

/** Tag of a configurable → its values, as `POST containers/` takes them. */
export type Configurables = Record<string, Record<string, string>>

/** The steps of a start, in order, by the names that the server gives them. */
export const STEPS = ['grant', 'image', 'environment', 'start', 'wait', 'publish'] as const
export type Step = (typeof STEPS)[number]
