import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { i18n, loadLanguage } from './i18n'
import { router } from './router'
import { startStores } from './stores/start'
import './styles/tokens.css'
import './styles/base.css'
import { loadTheme } from './ui/theme'

loadTheme()

const app = createApp(App).use(createPinia()).use(i18n)

await loadLanguage()
await startStores()
app.use(router)
await router.isReady()
app.mount('#app')

if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  void navigator.serviceWorker.register('/sw.js').catch(() => undefined) // away from https there is none
}
