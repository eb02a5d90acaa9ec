import { mount } from '@vue/test-utils'
import { beforeEach, expect, test, vi } from 'vitest'
import RevokedBanner from '@/user/RevokedBanner.vue'
import { entryOf } from '../helpers'

beforeEach(() => vi.useFakeTimers({ now: 0 }))

const banner = (endsAt: number | null, skew = 0) =>
  mount(RevokedBanner, { props: { entry: entryOf('a', {}, { revoked: { endsAt }, skew }) } })

test('it counts down for the eye, and says the time for the ear', async () => {
  const page = banner(125_000)
  const left = page.get('[aria-hidden=true].banner-left')
  expect(left.text()).toBe('2 min 5 s left')
  const aloud = page.get('p').text()
  await vi.advanceTimersByTimeAsync(5000)
  expect(left.text()).toBe('2 min left')
  expect(page.get('p').text()).toBe(aloud)
  expect(page.get('p').text()).toMatch(/^Your access to A was taken away\. It will be ended at .*\d. ?.*Save your work\.$/)
})

test("the end is on the server's clock", () => {
  expect(banner(60_000, -20_000).get('.banner-left').text()).toBe('40 s left')
})

test('it is spoken a minute and ten seconds before the end, and not in between', async () => {
  const page = banner(90_000)
  await vi.advanceTimersByTimeAsync(89_000)
  expect(page.emitted('say')).toEqual([
    ['A will be ended in 1 min. Save your work.'],
    ['A will be ended in 10 s. Save your work.'],
  ])
})

test('after the time it says that it is being ended', async () => {
  const page = banner(2000)
  await vi.advanceTimersByTimeAsync(3000)
  expect(page.text()).toContain('It is being ended.')
  expect(page.find('.banner-left').exists()).toBe(false)
})

test('without an end it says that it runs on', () => {
  expect(banner(null).text()).toContain('It runs on until it is quit')
})

test('what is granted has no banner', () => {
  expect(mount(RevokedBanner, { props: { entry: entryOf('a') } }).find('div').exists()).toBe(false)
})
