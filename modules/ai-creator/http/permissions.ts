/** The permission that opens pages of the instance about the image service. */
export const manageInstance = 'configuration.manage-instance-settings';
