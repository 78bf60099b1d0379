/** The texts of these pages come with them. */
import { addTexts } from '@/i18n'
import library from '@/i18n/zh/library'

addTexts({ library })
