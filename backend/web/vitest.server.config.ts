import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

if (!process.env.COUNTERBELL_URL) throw new Error('COUNTERBELL_URL: the address of a running demo server')

export default defineConfig({
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  test: { include: ['test/server/**/*.test.ts'], environment: 'node' },
})
