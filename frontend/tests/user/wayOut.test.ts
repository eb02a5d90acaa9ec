import { expect, test, vi } from 'vitest'
import { offerWayOut } from '@/user/wayOut'

/** Press keys one after the other, then let go of them in the same order; how often it led out. */
function pressed(...keys: string[]): number {
  const leave = vi.fn()
  const inside = new EventTarget() as Window
  offerWayOut(inside, leave)
  const down = new Set<string>()
  const say = (type: string, key: string) => {
    const modifiers = { ctrlKey: down.has('Control'), altKey: down.has('Alt'), shiftKey: down.has('Shift') }
    inside.dispatchEvent(new KeyboardEvent(type, { key, ...modifiers }))
  }
  for (const key of keys) {
    down.add(key)
    say('keydown', key)
  }
  for (const key of keys) {
    down.delete(key)
    say('keyup', key)
  }
  return leave.mock.calls.length
}

test.each([
  [['Control', 'Alt', 'Shift']],
  [['Shift', 'Control', 'Alt']],
  // With Shift held, many systems call the left Alt key Meta.
  [['Control', 'Shift', 'Alt', 'Meta']],
])('%s lead out, once', (keys) => {
  expect(pressed(...keys)).toBe(1)
})

test.each([
  [['Control', 'Alt']],
  [['Shift']],
  [['Control', 'Alt', 'Shift', 'x']],
  [['x', 'Control']],
])('%s stay with the application', (keys) => {
  expect(pressed(...keys)).toBe(0)
})
