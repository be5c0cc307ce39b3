/* nsfs.h - ioctls of namespace files and pidfds. */
#ifndef NSFS_H
#define NSFS_H

#include <linux/ioctl.h>

/*
 * Source: linux/nsfs.h and linux/pidfd.h of 6.11, ioctl_nsfs(2); the headers we build against may be
 * older.
 */
#define NSFS_USERNS _IO(0xb7, 0x1)
#define NSFS_PARENT _IO(0xb7, 0x2)
#define NSFS_TGID_FROM_PIDNS _IOR(0xb7, 0x7, int)
#define NSFS_TGID_IN_PIDNS _IOR(0xb7, 0x9, int)
#define PIDFD_PIDNS _IO(0xff, 5)

#endif
