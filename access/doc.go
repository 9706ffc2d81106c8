// Package access names what riposte may read and what it may write in AWS: the calls that the table in package call marks so. The
// methods have the SDK's own signatures, so that its clients and paginators fit; what holds a Reads has no method that changes
// anything.
package access
