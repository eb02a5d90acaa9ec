/** How long starts took in this browser, to say what to expect before the next one. */
const KEY = 'remoteapp-start-seconds'
const REMEMBERED = 5
const MOST_IMAGES = 100

type Past = Record<string, number[]>

function read(): Past {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}')
    return value && typeof value === 'object' ? (value as Past) : {}
  } catch {
    return {}
  }
}

export function rememberStart(imageName: string, seconds: number): void {
  const past = read()
  const own = [...(Array.isArray(past[imageName]) ? past[imageName] : []), Math.round(seconds * 10) / 10]
  delete past[imageName] // to the end: the oldest image is forgotten first
  past[imageName] = own.slice(-REMEMBERED)
  for (const name of Object.keys(past).slice(0, -MOST_IMAGES)) delete past[name]
  try {
    localStorage.setItem(KEY, JSON.stringify(past))
  } catch {
    // Storage is full or forbidden: nothing is promised then.
  }
}

/** The middle one of the last starts, in seconds; null when there was none. */
export function usualStart(imageName: string): number | null {
  const own = read()[imageName]
  if (!Array.isArray(own) || !own.length) return null
  const sorted = own.filter((n) => Number.isFinite(n)).sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? null
}
