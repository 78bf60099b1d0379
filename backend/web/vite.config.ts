import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'
import { compressed, serviceWorker } from './vite.plugins'

const server = process.env.COUNTERBELL_URL ?? 'http://localhost:8000'

export default defineConfig({
  plugins: [vue(), serviceWorker(), compressed()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  define: {
    __VUE_OPTIONS_API__: true, // Vant needs it
    __VUE_PROD_DEVTOOLS__: false,
    __VUE_I18N_FULL_INSTALL__: false,
    __VUE_I18N_LEGACY_API__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
  },
  build: {
    target: 'chrome114', // a bank's Chromium, two years back and more
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0, // the content security policy allows no data: but images
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // What nearly every page shows comes as one file: each by itself costs its headers again.
          groups: [{ name: 'shared', test: /src\/ui\/(Avatar|Countdown|EmptyState|ErrorNote|LineState|OfflineStrip|PageState|Severity|Sheet|Skeleton|TextField)\.vue/ }],
        },
      },
    },
  },
  server: {
    port: 5173,
    proxy: {
      '/api': { target: server },
      '/socket.io': { target: server, ws: true },
    },
  },
})
