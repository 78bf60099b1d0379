/** The texts of these pages come with them. */
import { addTexts } from '@/i18n'
import drills from '@/i18n/zh/drills'

addTexts({ drills })
