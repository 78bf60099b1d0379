// Runs in every page before its own scripts: says aloud what a person would not see at once.
;(() => {
  const key = /(^|[^\w./@-])((common|tablet|phone|auditor|desk|incident)\.[a-z]\w*\.[\w.]+)/
  const labels = ['aria-label', 'placeholder', 'title', 'alt']
  const look = (text) => text && key.test(text) && console.error(`a text is missing: ${text}`)
  const read = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return look(node.data)
    for (const name of labels) look(node.getAttribute?.(name))
    for (const child of node.childNodes) read(child)
  }
  new MutationObserver((changes) => changes.forEach((each) => read(each.target))).observe(document, {
    subtree: true,
    childList: true,
    characterData: true,
    attributeFilter: labels,
  })
  addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
    console.error(`against the content security policy: ${violatedDirective} ${blockedURI}`),
  )
})()
