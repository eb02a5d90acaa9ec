/**
 * A 403 mostly means that the server was restarted and the cookies are stale: a page
 * load renews them without a question, a fetch cannot. So load the page again, once;
 * who is refused right after that is told instead of going round in circles.
 */
const KEY = 'remoteapp-reloaded-at'
const ONCE_WITHIN = 60_000

export function reloadOnce(storage: Storage = sessionStorage, reload = () => location.reload()): boolean {
  try {
    const last = Number(storage.getItem(KEY)) || 0
    if (Date.now() - last < ONCE_WITHIN) return false
    storage.setItem(KEY, String(Date.now()))
  } catch {
    return false // without storage there is no "once"
  }
  reload()
  return true
}
