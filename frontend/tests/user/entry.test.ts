/** What is said about an application, in words. */
import { expect, test } from 'vitest'
import { STEPS } from '@/api/types'
import {
  distinctions, entryName, failureText, failureWords, matches, mayShare, policyFacts, stepWords, typeWords, type Failure,
} from '@/user/entry'
import { entryOf, POLICY } from '../helpers'

test('an image without a name for users has its own', () => {
  expect(entryName(entryOf('a', { ui_name: 'Lab' }))).toBe('Lab')
  expect(entryName(entryOf('a', { ui_name: '' }))).toBe('image/a')
})

test.each([['vncapp', 'VNC application'], ['webapp', 'Web application'], ['', 'Application'], ['x', 'Application']])(
  'the type %j is a %s',
  (type, words) => expect(typeWords(type)).toBe(words),
)

test('every step has words, and one of a newer server its name', () => {
  for (const step of STEPS) expect(stepWords(step)).not.toBe(step)
  expect(stepWords('dance')).toBe('dance')
})

// --- the policy ----------------------------------------------------------------------

const facts = (changes: Partial<typeof POLICY>) =>
  policyFacts({ ...POLICY, ...changes }).map((fact) => `${fact.yes ? '+' : '-'} ${fact.words}${fact.detail ? ` (${fact.detail})` : ''}`)

test.each([
  [{}, ['+ Your workspace is accessible (at /workspace)', '- No data volume is mounted']],
  [{ allow_home: false }, ['- Your workspace is not accessible (save your work elsewhere)', '- No data volume is mounted']],
  [
    { volume_source: '/srv', volume_target: '/data', volume_mode: 'rw', app_license: 'X' },
    ['+ Your workspace is accessible (at /workspace)', '+ /srv → /data (read and write)', '+ A license is provided'],
  ],
  [
    { volume_source: '/srv', volume_target: '/data', volume_mode: 'ro' },
    ['+ Your workspace is accessible (at /workspace)', '+ /srv → /data (read only)'],
  ],
  [{ volume_source: '/srv' }, ['+ Your workspace is accessible (at /workspace)', '- No data volume is mounted']],
])('the policy %j reads %j', (changes, words) => expect(facts(changes)).toEqual(words))

test('sharing is what the policy says, and no where it says nothing', () => {
  expect(mayShare({ ...POLICY, allow_view: true })).toBe(true)
  expect(mayShare(POLICY)).toBe(false)
  expect(mayShare({ ...POLICY, allow_view: undefined as unknown as boolean })).toBe(false)
})

// --- telling entries apart -----------------------------------------------------------

const named = (id: string, policy: Partial<typeof POLICY> = {}, name = 'image/same') =>
  entryOf(id, { ui_name: 'Lab', name, policy: { ...POLICY, ...policy } })

const apart = (...entries: ReturnType<typeof entryOf>[]) => entries.map((entry) => distinctions(entries).get(entry.id))

test('names that are there once need no more words', () => {
  expect(apart(entryOf('a'), entryOf('b'))).toEqual([undefined, undefined])
})

test('the image tells them apart where it can', () => {
  expect(apart(named('a', {}, 'lab:1'), named('b', { allow_home: false }, 'lab:2'))).toEqual(['lab:1', 'lab:2'])
})

test('else as much of the policy as it takes, and no more', () => {
  const data = { volume_source: '/srv', volume_target: '/data', volume_mode: 'ro' }
  expect(apart(named('a'), named('b', data))).toEqual(['no data volume', 'data /srv at /data'])
  expect(apart(named('a', data), named('b', { ...data, volume_mode: 'rw' }))).toEqual(['read only', 'read and write'])
  expect(apart(named('a'), named('b', { allow_home: false }), named('c', { ...data, allow_home: false }))).toEqual([
    'no data volume, with workspace',
    'no data volume, without workspace',
    'data /srv at /data, without workspace',
  ])
})

// --- the search ----------------------------------------------------------------------

test.each([
  ['para', true], ['PARA', true], ['view 5.1', true], ['5.1 view', true], ['vnc', true], ['streamlines', true],
  ['/srv', true], ['excel', false], ['para excel', false],
])('a search for %j finds ParaView: %s', (search, found) => {
  const entry = entryOf('a', { ui_name: 'ParaView', name: 'sim/pv:5.1', description: 'Streamlines', type: 'vncapp' })
  expect(matches(entry, search, 'data /srv at /data')).toBe(found)
})

// --- a failure -----------------------------------------------------------------------

const FAILURE: Failure = {
  act: 'run', reason: 'It crashed.', step: null, ref: null, exitCode: null, outOfMemory: false, log: '',
}

test.each([
  ['start', 'It could not be started'], ['stop', 'It could not be stopped'], ['run', 'It has ended'],
] as const)('a failed %s has the heading %s', (act, words) => expect(failureWords({ ...FAILURE, act })).toBe(words))

test('the text to hand on has everything that is known, and nothing that is not', () => {
  const entry = entryOf('a', { ui_name: 'Lab' })
  expect(failureText(entry, FAILURE)).toBe('Lab (image/a) has ended.\nReason: It crashed.\nMapping id: a')
  const all: Failure = { ...FAILURE, act: 'start', step: 'wait', ref: '7f', exitCode: 0, outOfMemory: true, log: 'one\ntwo' }
  expect(failureText(entry, all).split('\n')).toEqual([
    'Lab (image/a) could not be started.',
    'Reason: It crashed.',
    'Step: Wait until the application answers (wait)',
    'Exit code: 0',
    'It ran out of memory.',
    'Reference: 7f',
    'Mapping id: a',
    '',
    'Last lines of its log:',
    'one',
    'two',
  ])
})
