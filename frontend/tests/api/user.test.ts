import { expect, test, vi } from 'vitest'
import { Http } from '@/api/http'
import { UserApi } from '@/api/user'
import { application } from '../helpers'

function serve(body: unknown, init: ResponseInit = {}) {
  const fetched = vi.fn(async (address: string, request: RequestInit) => {
    expect(address).toContain('/user/a/api/v1/')
    return new Response(request.method === 'GET' ? JSON.stringify(body) : null, init)
  })
  vi.stubGlobal('fetch', fetched)
  return { api: new UserApi(new Http({ baseUrl: '/user/a/', xsrfToken: '' })), fetched }
}

test("applications come in the server's order; one that is named and not there is left out", async () => {
  const items = { b: application('b'), a: application('a') }
  const { api } = serve({ identifiers: ['b', 'gone', 'a'], items, offset: 0, total: 3 })
  expect((await api.applications()).map((found) => found.mapping_id)).toEqual(['b', 'a'])
})

test('what runs is told by url id', async () => {
  const { api } = serve({ identifiers: ['u1', 'u2'], items: {}, offset: 0, total: 2 })
  expect(await api.running()).toEqual(['u1', 'u2'])
})

test.each([
  [undefined, { mapping_id: 'm' }],
  [{ resolution: { resolution: '1024x768' } }, { mapping_id: 'm', configurables: { resolution: { resolution: '1024x768' } } }],
])('a start with the options %j sends %j', async (configurables, body) => {
  const { api, fetched } = serve(null, { status: 201, headers: { Location: '/user/a/api/v1/containers/u1/' } })
  expect(await api.start('m', configurables)).toBe('u1')
  expect(JSON.parse(String(fetched.mock.calls[0]![1].body))).toEqual(body)
})

test('a url id is one part of the address, whatever is in it', async () => {
  const { api, fetched } = serve(null, { status: 204 })
  await api.stop('../x')
  expect(fetched.mock.calls[0]![0]).toBe('/user/a/api/v1/containers/..%2Fx/')
})
