// Prints all of the web app's texts as JSON: {zh: {area: {group: {name: text}}}, en: ...}.
import { registerHooks } from 'node:module'

registerHooks({
  // The app's files leave the ending out; its bundler puts it in.
  resolve: (name, context, next) => next(/^\.{1,2}\/.*\/?[^.]+$/.test(name) ? `${name}.ts` : name, context),
})

const folder = new URL('../../backend/web/src/i18n/', import.meta.url)
const read = async (language) => (await import(new URL(`${language}/index.ts`, folder))).default
process.stdout.write(JSON.stringify({ zh: await read('zh'), en: await read('en') }))
