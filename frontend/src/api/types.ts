/** What the REST API says, named as the pages use it. The keys come from the server's own description. */
import type { components as OfAdmin } from './schema/admin'
import type { components as OfUser, operations } from './schema/user'

/** What `/user/NAME/` of a user, and of an administrator, takes and gives. */
export type UserSchemas = OfUser['schemas']
export type AdminSchemas = OfAdmin['schemas']

export type Policy = UserSchemas['Policy']
export type Image = UserSchemas['ApplicationImage']
export type RunningContainer = UserSchemas['RunningContainer']
/** `container` is absent when nothing runs. */
export type Application = UserSchemas['ApplicationItem']
/** An item of `containers/`, which also has those whose grant was taken away. */
export type ContainerItem = UserSchemas['ContainerItem']
/** Every error's keys; which are there depends on the error. */
export type ErrorBody = Partial<UserSchemas['Error']>

type Listing = operations['list_applications']['responses'][200]['content']['application/json']
/** One page of any collection. */
export type List<T> = Omit<Listing, 'items'> & { items: Record<string, T> }

/** Tag of a configurable → its values, as `POST containers/` takes them. */
export type Configurables = Record<string, Record<string, string>>

export type Step = UserSchemas['StepData']['step']
/** The steps of a start, in order. */
export const STEPS = ['grant', 'image', 'environment', 'start', 'wait', 'publish'] as const satisfies readonly Step[]
