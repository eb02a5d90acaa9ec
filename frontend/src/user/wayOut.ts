/** The keys that lead out of an application which takes all others, as in Apache Guacamole. */
export const WAY_OUT = 'Ctrl+Alt+Shift'

const MODIFIERS = new Set(['Control', 'Alt', 'Shift', 'AltGraph', 'Meta'])

/**
 * Call `leave` when the three keys were pressed together in that window and let go of without any
 * other: a shortcut of the application with all three goes on working.
 */
export function offerWayOut(inside: Window, leave: () => void): void {
  let armed = false
  inside.addEventListener(
    'keydown',
    (event) => (armed = MODIFIERS.has(event.key) && (armed || (event.ctrlKey && event.altKey && event.shiftKey))),
    true,
  )
  inside.addEventListener(
    'keyup',
    () => {
      if (armed) leave()
      armed = false
    },
    true,
  )
}
