import { createHash } from 'node:crypto'
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'

/** Writes dist/sw.js: src/sw.js with the list of the built files put in, and what it does with a push. */
export function serviceWorker(): Plugin {
  return afterBuild('counterbell-service-worker', (dist) => {
    const files = filesOf(dist).filter((name) => !name.endsWith('.map') && !name.startsWith('.'))
    const version = createHash('sha256')
    for (const name of files) version.update(name).update(readFileSync(join(dist, name)))
    const list = files.map((name) => (name === 'index.html' ? '/' : `/${name}`))
    const push = readFileSync('src/sw.push.js', 'utf8')
    version.update(push)
    const source = `${readFileSync('src/sw.js', 'utf8')}\n${push}`
      .replace('__VERSION__', version.digest('hex').slice(0, 16))
      .replace("['__FILES__']", JSON.stringify(list))
    writeFileSync(join(dist, 'sw.js'), source)
  })
}

/** Puts a .gz beside what is worth it; backend/pages.py sends it to whoever reads gzip. */
export function compressed(): Plugin {
  return afterBuild('counterbell-gzip', (dist) => {
    for (const name of filesOf(dist)) {
      if (!/\.(js|css|html|svg|webmanifest)$/.test(name)) continue
      const content = readFileSync(join(dist, name))
      if (content.length > 1024) writeFileSync(join(dist, `${name}.gz`), gzipSync(content, { level: 9 }))
    }
  })
}

function afterBuild(name: string, work: (dist: string) => void): Plugin {
  let dist = 'dist'
  return {
    name,
    apply: 'build',
    configResolved(config) {
      dist = config.build.outDir
    },
    closeBundle: { sequential: true, order: 'post', handler: () => work(dist) },
  }
}

function filesOf(dist: string): string[] {
  return readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .map((name) => join(dist, name))
    .filter((path) => statSync(path).isFile() && !path.endsWith('.gz'))
    .map((path) => relative(dist, path).replaceAll('\\', '/'))
    .sort()
}
