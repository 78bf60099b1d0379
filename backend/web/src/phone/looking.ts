/** Really looked at: the page is in front, and somebody has given a sign since the alert was there.
 *  A phone that lies open on a desk is in front, too, and nobody sees it. */
const SIGNS = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart', 'focus'] as const

export interface Page {
  window: Pick<Window, 'addEventListener' | 'removeEventListener'>
  document: Pick<Document, 'addEventListener' | 'removeEventListener' | 'visibilityState' | 'hasFocus'>
}

/** Calls once when it is looked at; the answer ends the waiting. */
export function whenLookedAt(then: () => void, page: Page = { window, document }): () => void {
  const sign = (event: Event) => {
    // The window's own focus is somebody coming back; that of a button is moved by the app itself.
    if (event.type === 'focus' && event.target !== page.window) return
    if (page.document.visibilityState !== 'visible' || !page.document.hasFocus()) return
    end()
    then()
  }
  const end = () => {
    for (const each of SIGNS) page.window.removeEventListener(each, sign, { capture: true })
    page.document.removeEventListener('visibilitychange', sign)
  }
  for (const each of SIGNS) page.window.addEventListener(each, sign, { capture: true, passive: true })
  page.document.addEventListener('visibilitychange', sign)
  return end
}
