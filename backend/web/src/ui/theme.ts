/** Light or dark: the system's choice until somebody chooses on this device. */
import { ref } from 'vue'

export type Theme = 'light' | 'dark'

const KEPT = 'counterbell.theme'
const BAR: Record<Theme, string> = { light: '#FFFFFF', dark: '#161C25' }

export const theme = ref<Theme>('light')

export function setTheme(chosen: Theme, keep = true): void {
  theme.value = chosen
  document.documentElement.dataset.theme = chosen
  document.querySelector('meta[name=theme-color]')?.setAttribute('content', BAR[chosen])
  if (keep) localStorage.setItem(KEPT, chosen)
}

export function loadTheme(): void {
  const kept = localStorage.getItem(KEPT)
  const system = window.matchMedia('(prefers-color-scheme: dark)')
  setTheme(kept === 'dark' || (kept === null && system.matches) ? 'dark' : 'light', false)
  system.addEventListener('change', (event) => {
    if (localStorage.getItem(KEPT) === null) setTheme(event.matches ? 'dark' : 'light', false)
  })
}
