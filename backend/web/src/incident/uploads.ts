/** Photos and files on their way to an incident: progress, and again after a failure. They wait on the page only. */
import { onScopeDispose, shallowRef, triggerRef } from 'vue'
import { languageHeader, offlineProblem, problemFrom, type Problem } from '@/api/problems'
import { newId } from '@/offline/ids'

export interface Upload {
  /** The command's id, too: sent twice, it is attached once. */
  id: string
  file: File
  preview: string | null
  state: 'ready' | 'sending' | 'failed' | 'sent'
  percent: number
  problem: Problem | null
}

export const LARGEST_FILE = 20 * 1024 * 1024

export function useUploads(incident: () => string) {
  const uploads = shallowRef<Upload[]>([])
  const running = new Map<string, XMLHttpRequest>()

  function add(file: File): void {
    const preview = file.type.startsWith('image/') ? URL.createObjectURL(file) : null
    const upload: Upload = { id: newId(), file, preview, state: 'ready', percent: 0, problem: null }
    uploads.value = [...uploads.value, upload]
    send(upload)
  }

  function send(upload: Upload): void {
    if (upload.file.size > LARGEST_FILE) {
      change(upload, { state: 'failed', problem: { ...offlineProblem(), kind: 'too-big', status: 413 } })
      return
    }
    change(upload, { state: 'sending', percent: 0, problem: null })
    const request = new XMLHttpRequest()
    running.set(upload.id, request)
    request.open('POST', `/api/v1/incidents/${encodeURIComponent(incident())}/attachments`)
    request.setRequestHeader('X-Counterbell', '1')
    request.setRequestHeader('Idempotency-Key', upload.id)
    request.setRequestHeader('Accept-Language', languageHeader()['Accept-Language'])
    request.responseType = 'json'
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) change(upload, { percent: Math.round((event.loaded / event.total) * 100) })
    }
    request.onload = () => {
      if (request.status < 300) done(upload)
      else change(upload, { state: 'failed', problem: problemFrom(request.response, request.status) })
    }
    request.onerror = () => change(upload, { state: 'failed', problem: offlineProblem() })
    request.onloadend = () => running.delete(upload.id)
    const form = new FormData()
    form.append('file', upload.file, upload.file.name || 'photo.jpg')
    request.send(form)
  }

  function done(upload: Upload): void {
    change(upload, { state: 'sent', percent: 100 })
    setTimeout(() => drop(upload), 3000)
  }

  function drop(upload: Upload): void {
    running.get(upload.id)?.abort()
    if (upload.preview) URL.revokeObjectURL(upload.preview)
    uploads.value = uploads.value.filter((each) => each !== upload)
  }

  function change(upload: Upload, values: Partial<Upload>): void {
    Object.assign(upload, values)
    triggerRef(uploads)
  }

  onScopeDispose(() => {
    for (const upload of uploads.value) drop(upload)
  })

  return { uploads, add, send, drop }
}
