/** One granted application as the page knows it, and what can be said about it in words. */
import type { Application, Image, Policy, Step } from '@/api/types'

export type Phase = 'stopped' | 'starting' | 'running' | 'stopping'

export interface StepReport {
  step: Step
  /** Epoch ms, by the server's clock. */
  at: number
}

/** Why a start or a stop did not work, or a run ended; with everything that helps to find out. */
export interface Failure {
  act: 'start' | 'stop' | 'run'
  reason: string
  step: string | null
  ref: string | null
  exitCode: number | null
  outOfMemory: boolean
  log: string
}

/** The grant was taken away while the application ran. */
export interface Revocation {
  /** When the server will end it, epoch ms by the server's clock; null: it runs on. */
  endsAt: number | null
}

export interface Entry {
  /** The mapping id. */
  id: string
  application: Application
  phase: Phase
  urlId: string | null
  /** What ran here last and ended without our doing: why it did may still be told. */
  lastUrlId: string | null
  /** Epoch ms of the click, while starting. */
  startedAt: number | null
  /** The start under way was asked for by another page. */
  elsewhere: boolean
  steps: StepReport[]
  /** Milliseconds to add to the server's clock to have ours. */
  skew: number
  warnings: string[]
  failure: Failure | null
  /** Something that happened elsewhere and is worth saying. */
  notice: string | null
  revoked: Revocation | null
}

export const PHASE_WORDS: Record<Phase, string> = {
  stopped: 'Stopped',
  starting: 'Starting',
  running: 'Running',
  stopping: 'Stopping',
}

const STEP_WORDS: Record<Step, string> = {
  grant: 'Check your grant',
  image: 'Find the image',
  environment: 'Prepare options and volumes',
  start: 'Start the container',
  wait: 'Wait until the application answers',
  publish: 'Open its address',
}

export function stepWords(step: string): string {
  return STEP_WORDS[step as Step] ?? step
}

export function newEntry(application: Application): Entry {
  return {
    id: application.mapping_id,
    application,
    phase: application.container ? 'running' : 'stopped',
    urlId: application.container?.url_id ?? null,
    lastUrlId: null,
    startedAt: null,
    elsewhere: false,
    steps: [],
    skew: 0,
    warnings: [],
    failure: null,
    notice: null,
    revoked: null,
  }
}

/** Whether the user may start it (again). One that was taken away stays only until it is over. */
export function isOver(entry: Entry): boolean {
  return entry.revoked !== null && entry.urlId === null
}

export function entryName(entry: Entry): string {
  return entry.application.image.ui_name || entry.application.image.name
}

export function typeWords(type: string): string {
  if (type === 'vncapp') return 'VNC application'
  if (type === 'webapp') return 'Web application'
  return 'Application'
}

function modeWords(mode: string | null): string {
  return mode === 'rw' ? 'read and write' : 'read only'
}

export interface Fact {
  key: 'workspace' | 'volume' | 'share' | 'license'
  /** Whether it is allowed or there. */
  yes: boolean
  words: string
  detail?: string
}

/** The policy in words, one line for each thing that matters to the user. */
export function policyFacts(policy: Policy): Fact[] {
  const facts: Fact[] = [
    policy.allow_home
      ? { key: 'workspace', yes: true, words: 'Your workspace is accessible', detail: 'at /workspace' }
      : { key: 'workspace', yes: false, words: 'Your workspace is not accessible', detail: 'save your work elsewhere' },
  ]
  if (policy.volume_source && policy.volume_target) {
    facts.push({
      key: 'volume',
      yes: true,
      words: `${policy.volume_source} → ${policy.volume_target}`,
      detail: modeWords(policy.volume_mode),
    })
  } else {
    facts.push({ key: 'volume', yes: false, words: 'No data volume is mounted' })
  }
  if (policy.app_license) facts.push({ key: 'license', yes: true, words: 'A license is provided' })
  return facts
}

/** Whether the policy lets the user show the running application to others. */
export function mayShare(policy: Policy): boolean {
  return policy.allow_view === true
}

/** What can tell two entries apart, the most telling first. */
const TELLING: ((image: Image) => string)[] = [
  (image) => image.name,
  ({ policy: p }) => (p.volume_source && p.volume_target ? `data ${p.volume_source} at ${p.volume_target}` : 'no data volume'),
  ({ policy: p }) => (p.allow_home ? 'with workspace' : 'without workspace'),
  ({ policy: p }) => (p.volume_mode ? modeWords(p.volume_mode) : ''),
  ({ policy: p }) => (p.allow_view ? 'can be shared' : 'not shared'),
  ({ policy: p }) => (p.allow_startup_data ? 'with start-up file' : 'no start-up file'),
  ({ policy: p }) => (p.app_license ? `license ${p.app_license}` : 'no license'),
]

/**
 * What tells an entry from others of the same name, in as few words as will do: the
 * image where these differ, then parts of the policy until no two entries of the group
 * read the same. Entry id → words.
 */
export function distinctions(entries: readonly Entry[]): Map<string, string> {
  const groups = new Map<string, Entry[]>()
  for (const entry of entries) {
    const name = entryName(entry)
    groups.set(name, [...(groups.get(name) ?? []), entry])
  }
  const result = new Map<string, string>()
  for (const group of groups.values()) {
    if (group.length < 2) continue
    let words = group.map(() => [] as string[])
    const distinct = () => new Set(words.map((parts) => parts.join(', '))).size
    for (const say of TELLING) {
      const said = group.map((entry) => say(entry.application.image))
      const longer = words.map((parts, i) => (said[i] ? [...parts, said[i]] : parts))
      const before = distinct()
      const kept = words
      words = longer
      if (distinct() === before) words = kept
      if (distinct() === group.length) break
    }
    group.forEach((entry, i) => result.set(entry.id, words[i]!.join(', ')))
  }
  return result
}

/** Whether an entry is what the user looks for; every word must be found somewhere. */
export function matches(entry: Entry, search: string, distinction = ''): boolean {
  const { image } = entry.application
  const text = [entryName(entry), image.name, image.description, typeWords(image.type), distinction]
    .join('\n')
    .toLocaleLowerCase()
  return search
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}

const FAILED_WORDS: Record<Failure['act'], string> = {
  start: 'could not be started',
  stop: 'could not be stopped',
  run: 'has ended',
}

/** `It could not be started`, for a heading. */
export function failureWords(failure: Failure, subject = 'It'): string {
  return `${subject} ${FAILED_WORDS[failure.act]}`
}

/** A failure as text, to be handed to who can help. */
export function failureText(entry: Entry, failure: Failure): string {
  const lines = [
    `${failureWords(failure, `${entryName(entry)} (${entry.application.image.name})`)}.`,
    `Reason: ${failure.reason}`,
  ]
  if (failure.step) lines.push(`Step: ${stepWords(failure.step)} (${failure.step})`)
  if (failure.exitCode !== null) lines.push(`Exit code: ${failure.exitCode}`)
  if (failure.outOfMemory) lines.push('It ran out of memory.')
  if (failure.ref) lines.push(`Reference: ${failure.ref}`)
  lines.push(`Mapping id: ${entry.id}`)
  if (failure.log) lines.push('', 'Last lines of its log:', failure.log)
  return lines.join('\n')
}
