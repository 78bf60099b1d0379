/** The texts of these pages come with them. */
import { addTexts } from '@/i18n'
import type { Messages } from '@/i18n/schema'
import word from '@/i18n/zh/auditorWords'
import library from '@/i18n/zh/library'

addTexts({ library, auditor: { word } as Messages['auditor'] })
