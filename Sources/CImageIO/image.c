int image_placeholder(void){return 0;}
