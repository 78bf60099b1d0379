/** The texts of these parts come with them. */
import { addTexts } from '@/i18n'
import type { Messages } from '@/i18n/schema'
import word from '@/i18n/zh/auditorWords'
import dealings from '@/i18n/zh/dealings'

addTexts({ dealings, auditor: { word } as Messages['auditor'] })
