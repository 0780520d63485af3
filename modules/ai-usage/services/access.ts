/** The permissions that open pages about money: those of the settings, of the instance and of a site. */
export const manageInstance = 'configuration.manage-instance-settings';
export const manageSite = 'configuration.manage-site-settings';

/** The flag of the features that are paid for today: without it nothing of this is there. */
export const paidFeaturesFlag = 'LPD-10793';
