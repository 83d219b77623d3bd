#ifndef CIMAGEIO_H
#define CIMAGEIO_H
int image_placeholder(void);
#endif
