import { expect, test } from 'vitest'
import { checkName, isolated } from '@/admin/text'

test.each([
  ['bob', ''],
  ['  bob  ', ''],
  ['<b>&"\'</b> 🚀 \u202e', ''],
  ['🚀'.repeat(255), ''],
  ['', 'It must not be empty.'],
  ['   ', 'It must not be empty.'],
  ['x'.repeat(256), 'At most 255 characters; these are 256.'],
  ['🚀'.repeat(256), 'At most 255 characters; these are 256.'],
  ['a\u0007b', 'It has a control character, which no name may have.'],
  ['a\u007fb', 'It has a control character, which no name may have.'],
])('%j as a name: %j', (name, words) => {
  expect(checkName(name)).toBe(words)
})

test('an isolated name is the name between two marks that are not seen', () => {
  expect(isolated('bob')).toBe('\u2068bob\u2069')
})
