import { beforeEach, expect, test } from 'vitest'
import { rememberStart, usualStart } from '@/user/durations'

beforeEach(() => localStorage.clear())

test('an image that was never started has no usual duration', () => {
  expect(usualStart('tiny')).toBeNull()
})

test('the usual duration is the middle one of the last starts', () => {
  for (const seconds of [90, 1, 2, 3, 40]) rememberStart('tiny', seconds)
  expect(usualStart('tiny')).toBe(3)
})

test('only the last five starts count', () => {
  for (const seconds of [9, 9, 9, 9, 9, 1, 1, 1]) rememberStart('tiny', seconds)
  expect(usualStart('tiny')).toBe(1)
})

test('what somebody else wrote into the storage does no harm', () => {
  localStorage.setItem('remoteapp-start-seconds', '{"tiny": "soon", "other": [null, "x"]}')
  expect(usualStart('tiny')).toBeNull()
  expect(usualStart('other')).toBeNull()
  rememberStart('tiny', 2)
  expect(usualStart('tiny')).toBe(2)
})
